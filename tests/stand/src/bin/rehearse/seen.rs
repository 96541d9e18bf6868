//! The values of an alarm's metric so far.

use serde_json::json;
use stand::alarm::{Alarm, Point};
use stand::embedded::embedded;
use stand::{Stand, StandError};

use crate::now;
use crate::plays::Play;

/// Reads them into `points`. What SQS says of its queues is only known of the moment: of that each look adds a value.
pub async fn look(stand: &Stand, play: &Play, alarm: &Alarm, points: &mut Vec<Point>) -> Result<(), StandError> {
    if let Some(queue) = play.queue {
        points.push(sampled(stand, queue).await?);
        return Ok(());
    }
    points.clear();
    for function in play.functions {
        let log = stand.aws.function_log(function).await?;
        points.extend(log.lines().flat_map(|line| embedded(line, alarm)));
    }
    Ok(())
}

async fn sampled(stand: &Stand, queue: &str) -> Result<Point, StandError> {
    let queue = stand.stack.get(queue)?;
    let asked = json!({ "QueueUrl": queue, "AttributeNames": ["ApproximateNumberOfMessages"] });
    let answer = stand.aws.ask("sqs", "AmazonSQS.GetQueueAttributes", &asked).await?;
    let visible = answer["Attributes"]["ApproximateNumberOfMessages"]
        .as_str()
        .and_then(|text| text.parse().ok());
    Ok(Point {
        at_ms: now().as_millisecond(),
        value: visible.unwrap_or_default(),
    })
}
