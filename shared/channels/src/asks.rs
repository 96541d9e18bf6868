//! What calls ask for at vendors that take many devices in a call and know a notification by an id. Deliveries that ask
//! for the same share a call.

use revocation_rules::batch::Handle;
use revocation_rules::channel::Strategy;
use revocation_rules::notice::Notice;
use revocation_rules::plan::ToCall;
use revocation_rules::retry::Answer;

use crate::answers::without_handle;

/// Puts the notice in the place of the notification with that id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Overwrite<'a, Id = u32> {
    pub id: Id,
    pub notice: &'a Notice,
    /// Most devices in one call: fewer when one among many is to be found.
    pub most: usize,
}

impl<'a> Overwrite<'a> {
    /// Of a delivery with a notify id.
    pub fn by_notify_id(delivery: &ToCall<'a>, most: usize) -> Result<Self, Answer> {
        Ok(Self {
            id: notify_id(delivery)?,
            notice: delivery.notice,
            most,
        })
    }
}

impl<Id: Clone> Overwrite<'_, Id> {
    /// The same, in two calls instead of one for so many: the same id shows the same notice.
    pub fn halved(&self, deliveries: usize) -> Self {
        Self {
            most: deliveries.div_ceil(2),
            ..self.clone()
        }
    }
}

/// Takes the notification with that id back, in one of two ways.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TakeBack<'a> {
    pub how: How<'a>,
    pub notify_id: u32,
    /// Most devices in one call: fewer when one among many is to be found.
    pub most: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum How<'a> {
    Recall,
    /// Put this in its place.
    Overwrite(&'a Notice),
}

impl<'a> TakeBack<'a> {
    /// As the strategy begins.
    pub fn first(strategy: Strategy, delivery: &ToCall<'a>, most: usize) -> Result<Self, Answer> {
        Ok(Self {
            how: match strategy {
                Strategy::Overwrite => How::Overwrite(delivery.notice),
                Strategy::Recall | Strategy::RecallThenOverwrite => How::Recall,
            },
            notify_id: notify_id(delivery)?,
            most,
        })
    }

    /// Was it a recall, of a strategy that has another way?
    pub const fn has_another_way(&self, strategy: Strategy) -> bool {
        matches!((self.how, strategy), (How::Recall, Strategy::RecallThenOverwrite))
    }

    pub fn overwritten_instead(&self, delivery: &ToCall<'a>, most: usize) -> Self {
        Self {
            how: How::Overwrite(delivery.notice),
            most,
            ..self.clone()
        }
    }

    /// The same, in two calls instead of one for so many.
    pub fn halved(&self, deliveries: usize) -> Self {
        Self {
            most: deliveries.div_ceil(2),
            ..self.clone()
        }
    }

    /// As a word for the log.
    pub const fn name(&self) -> &'static str {
        match self.how {
            How::Recall => "recall",
            How::Overwrite(_) => "overwrite",
        }
    }
}

fn notify_id(delivery: &ToCall<'_>) -> Result<u32, Answer> {
    delivery.handle.and_then(Handle::notify_id).ok_or_else(without_handle)
}
