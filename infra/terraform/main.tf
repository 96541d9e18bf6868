# The same stack as `make deploy` makes, for those whose other infrastructure is Terraform's. CloudFormation does
# the work, with the very template that every test deployed: nothing is described here a second time.

locals {
  template = "${var.packaged}/template.yaml"
  stage    = jsondecode(file("${var.packaged}/parameters.json"))
  keeps = {
    Statement = [
      { Effect = "Allow", Action = "Update:*", Principal = "*", Resource = "*" },
      {
        Effect    = "Deny"
        Action    = ["Update:Delete", "Update:Replace"]
        Principal = "*"
        Resource  = "*"
        Condition = { StringEquals = { ResourceType = ["AWS::DynamoDB::Table", "AWS::KMS::Key"] } }
      },
    ]
  }
  anything = {
    Statement = [{ Effect = "Allow", Action = "Update:*", Principal = "*", Resource = "*" }]
  }
}

# The template is longer than CloudFormation takes in a request (51,200 bytes). Its key has its digest, so that a
# changed template is another address, which is what Terraform sees.
resource "aws_s3_object" "template" {
  bucket = var.bucket
  key    = "message-revoke/${var.name}-${filemd5(local.template)}.template.yaml"
  source = local.template
}

data "aws_s3_bucket" "packages" {
  bucket = var.bucket
}

resource "aws_cloudformation_stack" "this" {
  name         = var.name
  template_url = "https://${data.aws_s3_bucket.packages.bucket_regional_domain_name}/${aws_s3_object.template.key}"
  # The roles of the functions, and the transform of AWS SAM.
  capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
  parameters   = merge(local.stage, var.parameters)
  policy_body  = jsonencode(var.protected ? local.keeps : local.anything)
  tags         = var.tags

  timeouts {
    create = "30m"
    update = "30m"
    delete = "30m"
  }
}
