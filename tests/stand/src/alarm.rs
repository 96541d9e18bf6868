//! An alarm as it is deployed, and what `CloudWatch` would make of a metric's values.

use std::fmt::{self, Write as _};

use jiff::{SignedDuration, Timestamp};
use local_stack::LocalAws;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::StandError;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Statistic {
    Sum,
    Maximum,
    Minimum,
    Average,
    SampleCount,
}

impl Statistic {
    /// Of a period's values; `None` of none.
    fn of(self, values: &[f64]) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "far fewer values than a float counts exactly")]
        let count = values.len() as f64;
        let sum: f64 = values.iter().sum();
        if values.is_empty() {
            return None;
        }
        Some(match self {
            Self::Sum => sum,
            Self::Maximum => values.iter().copied().fold(f64::MIN, f64::max),
            Self::Minimum => values.iter().copied().fold(f64::MAX, f64::min),
            Self::Average => sum / count,
            Self::SampleCount => count,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Missing {
    Breaching,
    NotBreaching,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Dimension {
    pub name: String,
    pub value: String,
}

/// What `CloudWatch` is told of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Alarm {
    #[serde(rename = "AlarmName")]
    pub name: String,
    pub namespace: String,
    pub metric_name: String,
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
    pub statistic: Statistic,
    /// Seconds.
    pub period: i64,
    pub evaluation_periods: i64,
    /// As many as there are periods, if it is not said.
    #[serde(rename = "DatapointsToAlarm")]
    pub datapoints: Option<i64>,
    pub threshold: f64,
    pub comparison_operator: String,
    pub treat_missing_data: Missing,
}

/// A value of the alarm's metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub at_ms: i64,
    pub value: f64,
}

/// What the metric was in a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Period {
    pub begins_ms: i64,
    pub value: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Silent,
    Fires,
}

impl Alarm {
    /// The alarm of a stack that the template calls so.
    pub async fn deployed(aws: &LocalAws, stack: &str, name: &str) -> Result<Self, StandError> {
        let wanted = json!({ "AlarmNamePrefix": format!("{stack}-{name}-") });
        let target = "GraniteServiceVersion20100801.DescribeAlarms";
        let answer: Value = aws.ask("monitoring", target, &wanted).await?;
        let alarm = answer["MetricAlarms"][0].clone();
        let alarm: Self = serde_json::from_value(alarm).map_err(|error| StandError::Unexpected(format!("the alarm {name}: {error}")))?;
        if alarm.comparison_operator == "GreaterThanThreshold" {
            Ok(alarm)
        } else {
            Err(StandError::Unexpected(format!("{name} compares by {}", alarm.comparison_operator)))
        }
    }

    /// Whole periods since `began`, in their order; the one under way only counts once it is over or has a value that
    /// is too much.
    pub fn periods(&self, points: &[Point], began: Timestamp, now: Timestamp) -> Vec<Period> {
        let length = self.period * 1_000;
        // Periods begin at whole multiples of their length.
        let first = began.as_millisecond().div_euclid(length) * length;
        let mut periods = Vec::new();
        let mut begins_ms = first;
        while begins_ms <= now.as_millisecond() {
            let within = points.iter().filter(|point| (begins_ms..begins_ms + length).contains(&point.at_ms));
            let values: Vec<_> = within.map(|point| point.value).collect();
            let period = Period {
                begins_ms,
                value: self.statistic.of(&values),
            };
            let is_whole = begins_ms >= began.as_millisecond() || period.value.is_some();
            if is_whole && (self.is_over(&period, now) || period.value.is_some_and(|value| value > self.threshold)) {
                periods.push(period);
            }
            begins_ms += length;
        }
        periods
    }

    pub fn is_over(&self, period: &Period, now: Timestamp) -> bool {
        period.begins_ms + self.period * 1_000 <= now.as_millisecond()
    }

    fn is_breaching(&self, period: &Period) -> bool {
        match (period.value, self.treat_missing_data) {
            (Some(value), _) => value > self.threshold,
            (None, missing) => missing == Missing::Breaching,
        }
    }

    fn wanted(&self) -> i64 {
        self.datapoints.unwrap_or(self.evaluation_periods)
    }

    /// Would it have fired, at any moment between the two?
    pub fn verdict(&self, points: &[Point], began: Timestamp, now: Timestamp) -> Verdict {
        let periods = self.periods(points, began, now);
        let of = usize::try_from(self.evaluation_periods).unwrap_or(usize::MAX);
        let fires = (0..periods.len()).any(|last| {
            let since = periods[last].begins_ms - (self.evaluation_periods - 1) * self.period * 1_000;
            let looked_at = periods[..=last].iter().rev().take(of).filter(|period| period.begins_ms >= since);
            let breaching = looked_at.filter(|period| self.is_breaching(period)).count();
            i64::try_from(breaching).unwrap_or(i64::MAX) >= self.wanted()
        });
        if fires { Verdict::Fires } else { Verdict::Silent }
    }

    /// A line for each period.
    pub fn told(&self, periods: &[Period]) -> String {
        let mut text = String::new();
        for period in periods {
            let at = Timestamp::from_millisecond(period.begins_ms).unwrap_or_default();
            let at = at.strftime("%H:%M");
            let over = if self.is_breaching(period) { "over" } else { "not over" };
            let value = period.value.map_or_else(|| "no value".to_owned(), |value| value.to_string());
            // Cannot fail: writing to a String.
            let _ = writeln!(
                text,
                "  {at}  {} {:?} {value}: {over} {}",
                self.metric_name, self.statistic, self.threshold
            );
        }
        text
    }
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dimensions: Vec<_> = self.dimensions.iter().map(|one| format!("{}={}", one.name, one.value)).collect();
        let period = SignedDuration::from_secs(self.period);
        write!(
            f,
            "{} fires when {:?} of {} {} {{{}}} was over {} in {} of {} periods of {period:#}",
            self.name,
            self.statistic,
            self.namespace,
            self.metric_name,
            dimensions.join(", "),
            self.threshold,
            self.wanted(),
            self.evaluation_periods,
        )?;
        match self.treat_missing_data {
            Missing::Breaching => write!(f, "; no value is too much"),
            Missing::NotBreaching => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm(statistic: Statistic, wanted: i64, of: i64, missing: Missing) -> Alarm {
        Alarm {
            name: "a".to_owned(),
            namespace: "n".to_owned(),
            metric_name: "m".to_owned(),
            dimensions: Vec::new(),
            statistic,
            period: 60,
            evaluation_periods: of,
            datapoints: Some(wanted),
            threshold: 2.0,
            comparison_operator: "GreaterThanThreshold".to_owned(),
            treat_missing_data: missing,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(6_000_000 + second).unwrap()
    }

    fn point(second: i64, value: f64) -> Point {
        Point {
            at_ms: at(second).as_millisecond(),
            value,
        }
    }

    fn fires(alarm: &Alarm, points: &[Point], until: i64) -> bool {
        alarm.verdict(points, at(0), at(until)) == Verdict::Fires
    }

    #[test]
    fn it_fires_when_enough_of_the_last_periods_were_over_the_threshold() {
        let two_of_three = alarm(Statistic::Sum, 2, 3, Missing::NotBreaching);
        assert!(
            !fires(&two_of_three, &[point(1, 2.0), point(61, 2.0)], 600),
            "at the threshold is not over it"
        );
        assert!(!fires(&two_of_three, &[point(1, 9.0)], 600));
        assert!(fires(&two_of_three, &[point(1, 9.0), point(121, 1.0), point(122, 1.5)], 600));
        assert!(!fires(&two_of_three, &[point(1, 9.0), point(181, 9.0)], 600), "too far apart");
    }

    #[test]
    fn each_statistic_is_what_cloudwatch_makes_of_it() {
        let points = [point(1, 1.0), point(2, 3.0)];
        for (statistic, fired) in [
            (Statistic::Sum, true),
            (Statistic::Maximum, true),
            (Statistic::Minimum, false),
            (Statistic::Average, false),
            (Statistic::SampleCount, false),
        ] {
            assert_eq!(
                fires(&alarm(statistic, 1, 1, Missing::NotBreaching), &points, 60),
                fired,
                "{statistic:?}"
            );
        }
    }

    #[test]
    fn no_value_counts_as_the_alarm_says_and_not_before_its_period_is_over() {
        let silent = alarm(Statistic::Sum, 3, 3, Missing::NotBreaching);
        assert!(!fires(&silent, &[], 600));
        let breaching = alarm(Statistic::Sum, 3, 3, Missing::Breaching);
        assert!(!fires(&breaching, &[], 179));
        assert!(fires(&breaching, &[], 180));
        assert!(!fires(&breaching, &[point(90, 0.0)], 239));
        assert!(fires(&breaching, &[point(90, 0.0)], 300));
    }

    #[test]
    fn a_value_that_is_too_much_counts_at_once() {
        let one = alarm(Statistic::Sum, 1, 1, Missing::NotBreaching);
        assert!(fires(&one, &[point(5, 9.0)], 6));
    }

    #[test]
    fn an_alarm_is_read_as_it_is_described() {
        let described = json!({
            "AlarmName": "x", "Namespace": "n", "MetricName": "m", "Dimensions": [{"Name": "channel", "Value": "huawei"}],
            "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 0.0,
            "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching", "StateValue": "INSUFFICIENT_DATA"
        });
        let alarm: Alarm = serde_json::from_value(described).unwrap();
        assert_eq!((alarm.wanted(), alarm.evaluation_periods, alarm.dimensions.len()), (2, 3, 1));
    }
}
