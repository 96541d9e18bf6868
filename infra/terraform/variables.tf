variable "name" {
  description = "The name of the stack. It stands in front of every function's name and of every secret's."
  type        = string
  default     = "message-revoke"
}

variable "packaged" {
  description = "The folder that `make packaged STAGE=... BUCKET=...` wrote: template.yaml and parameters.json."
  type        = string
}

variable "bucket" {
  description = "The bucket that the packages were uploaded to; the template is put beside them."
  type        = string
}

variable "parameters" {
  description = "Parameters of infra/template.yaml beside those of the stage, which they replace: AlarmTopicArn, BudgetEmail."
  type        = map(string)
  default     = {}
}

variable "protected" {
  description = "Whether a change of the stack may take away or replace nothing that holds data. What is deleted outside of an update is not the policy's."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags of the stack, which CloudFormation passes on to what is in it."
  type        = map(string)
  default     = {}
}
