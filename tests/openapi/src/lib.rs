//! Does an answer of the API look as its description says?
//!
//! [`Description::check_exchange`] finds the operation that a request belongs
//! to and checks the response against its schema, and, for an answer that says
//! yes, the request too. Clients must bear fields that are not described;
//! here such a field is a mistake, so that the description stays whole.

mod operation;
mod schema;

use serde_json::Value;

use operation::{Operation, find};

/// The description that the API serves. Load it once and share it.
pub struct Description {
    document: Value,
    validators: schema::Validators,
}

impl Description {
    /// # Panics
    /// When the description is not JSON.
    #[expect(clippy::expect_used, reason = "a test that has no description can not go on")]
    pub fn load() -> Self {
        Self {
            document: serde_json::from_str(revocation_http::OPENAPI).expect("openapi.json is JSON"),
            validators: schema::Validators::default(),
        }
    }

    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Checks one request and its answer. `path` may have a query.
    ///
    /// # Errors
    /// Names everything that is not as described.
    pub fn check_exchange(
        &self,
        method: &str,
        path: &str,
        status: u16,
        content_type: &str,
        request_body: Option<&Value>,
        response_body: &Value,
    ) -> Result<(), Vec<String>> {
        let path = path.split('?').next().unwrap_or(path);
        let mut wrong = match find(&self.document, method, path) {
            Operation::Described(operation) => {
                let mut wrong = self.response(operation, status, content_type, response_body);
                if (200..300).contains(&status) {
                    wrong.extend(self.request(operation, request_body));
                }
                wrong
            }
            Operation::OtherMethod => self.refusal("MethodNotAllowed", 405, status, content_type, response_body),
            Operation::UnknownPath => self.refusal("NotFound", 404, status, content_type, response_body),
        };
        if wrong.is_empty() {
            return Ok(());
        }
        wrong.insert(
            0,
            format!("{method} {path} answered {status} {content_type}, which is not as described"),
        );
        Err(wrong)
    }

    /// What every path or method answers that is not described.
    fn refusal(&self, response: &str, expected: u16, status: u16, content_type: &str, body: &Value) -> Vec<String> {
        if status != expected {
            return vec![format!("it is not described, so the answer must be {expected}")];
        }
        self.content(&self.document["components"]["responses"][response], status, content_type, body)
    }

    fn response(&self, operation: &Value, status: u16, content_type: &str, body: &Value) -> Vec<String> {
        match operation["responses"].get(status.to_string()) {
            None => vec![format!(
                "the status is not described; described are {}",
                names(&operation["responses"])
            )],
            Some(response) => self.content(schema::resolved(&self.document, response), status, content_type, body),
        }
    }

    fn content(&self, response: &Value, status: u16, content_type: &str, body: &Value) -> Vec<String> {
        let essence = content_type.split(';').next().unwrap_or("").trim();
        match response["content"].get(essence) {
            None => vec![format!(
                "the content type is not described; described are {}",
                names(&response["content"])
            )],
            Some(media) => {
                let mut wrong = self.validators.mistakes(&self.document, &media["schema"], body, "response");
                if essence == "application/problem+json" {
                    wrong.extend(problem(response, status, body));
                }
                wrong
            }
        }
    }

    fn request(&self, operation: &Value, body: Option<&Value>) -> Vec<String> {
        match (operation.get("requestBody"), body) {
            (None, None) => Vec::new(),
            (None, Some(_)) => vec!["the request has a body, and none is described".to_owned()],
            (Some(_), None) => vec!["the request has no body".to_owned()],
            (Some(described), Some(body)) => {
                let schema = &described["content"]["application/json"]["schema"];
                self.validators.mistakes(&self.document, schema, body, "request")
            }
        }
    }
}

/// A problem's status is the answer's, its code one of those that belong here.
fn problem(response: &Value, status: u16, body: &Value) -> Option<String> {
    let codes = response["x-problem-codes"].as_array();
    let belongs = codes.is_some_and(|codes| codes.contains(&body["code"]));
    (body["status"] != status || !belongs).then(|| format!("the problem is none of {codes:?} with status {status}"))
}

fn names(map: &Value) -> String {
    map.as_object()
        .map(|map| map.keys().map(String::as_str).collect::<Vec<_>>().join(", "))
        .unwrap_or_default()
}
