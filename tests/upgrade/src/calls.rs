//! Calls of the API, every answer of which is counted.

use std::cell::RefCell;
use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::Value;
use stand::Api;

/// How many answers of each status a route gave; 0 where none came.
pub type Answers = BTreeMap<&'static str, BTreeMap<u16, u64>>;

/// More of what is wrong says nothing new.
const MOST_LINES: usize = 20;

#[derive(Default)]
pub struct Calls {
    answers: RefCell<Answers>,
    wrong: RefCell<Vec<String>>,
}

impl Calls {
    /// Asks once, and never again: a repeated question would hide the answer before it.
    pub async fn ask(&self, route: &'static str, api: &Api, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let request = api.request(method, path);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let (status, text) = match request.send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                match answer.text().await {
                    Ok(text) => (status, text),
                    Err(error) => (0, error.to_string()),
                }
            }
            Err(error) => (0, error.to_string()),
        };
        *self.answers.borrow_mut().entry(route).or_default().entry(status).or_default() += 1;
        if !(200..500).contains(&status) {
            self.wrong(format!("{route} ({path}) was answered {status}: {text}"));
        }
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Notes something that is not as it must be.
    pub fn wrong(&self, line: String) {
        let mut wrong = self.wrong.borrow_mut();
        if wrong.len() < MOST_LINES {
            wrong.push(line);
        }
    }

    pub fn answers(&self) -> Answers {
        self.answers.borrow().clone()
    }

    pub fn all_wrong(&self) -> Vec<String> {
        self.wrong.borrow().clone()
    }
}
