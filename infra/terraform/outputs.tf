output "api_url" {
  description = "Where the HTTP API is."
  value       = aws_cloudformation_stack.this.outputs["ApiUrl"]
}

output "access_keys_table" {
  description = "ACCESS_KEYS_TABLE for `make keys`."
  value       = aws_cloudformation_stack.this.outputs["AccessKeysTableName"]
}

output "outputs" {
  description = "All outputs of the stack, by their names in infra/template.yaml."
  value       = aws_cloudformation_stack.this.outputs
}
