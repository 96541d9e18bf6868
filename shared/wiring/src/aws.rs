//! The deployed world.

use revocation_app::ports::Ports;
use revocation_aws::{
    ApiGatewayLinks, DynamoAccessKeys, DynamoDevices, DynamoNonces, DynamoPushStore, KmsSeal, SqsJobQueue, SystemClock, SystemDice,
};

#[derive(Debug)]
pub struct Aws;

impl Ports for Aws {
    type Store = DynamoPushStore;
    type Queue = SqsJobQueue;
    type Keys = DynamoAccessKeys;
    type Senders = DynamoAccessKeys;
    type Seal = KmsSeal;
    type Nonces = DynamoNonces;
    type Devices = DynamoDevices;
    type Links = ApiGatewayLinks;
    type Clock = SystemClock;
    type Dice = SystemDice;
    type Secrets = SystemDice;
}
