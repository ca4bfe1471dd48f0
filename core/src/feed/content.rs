//! What the stream adds up to: registry, keys and status list at one place.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::FeedError;
use super::frame::{Bits, Frame, Kind};
use crate::jose::JwkSet;
use crate::json;
use crate::routing::RegistryParticipant;
use crate::status::{PackedList, StatusList};

/// Parts are shared between one place and the next where nothing of them changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub participants: Arc<Vec<RegistryParticipant>>,
    pub keys: Arc<JwkSet>,
    pub list: Arc<StatusList>,
    /// The address of the list, as access tokens name it.
    pub list_address: Arc<str>,
}

/// The payload of a snapshot's frame.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    participants: Vec<RegistryParticipant>,
    keys: JwkSet,
    status_list: PackedList,
    status_list_address: String,
}

impl Content {
    /// Takes over what a link of the chain says.
    pub fn apply(&mut self, frame: &Frame) -> Result<(), FeedError> {
        match frame.kind {
            Kind::Bits => {
                let bits = Bits::read(&frame.payload)?;
                let list = Arc::make_mut(&mut self.list);
                list.grow(bits.taken).map_err(|_| FeedError::Content("a list too long"))?;
                for (index, entry) in bits.changes {
                    list.set(index, entry)
                        .map_err(|_| FeedError::Content("a consent beyond the list"))?;
                }
            }
            Kind::Registry => {
                let participants = json::read(&frame.payload);
                self.participants =
                    Arc::new(participants.map_err(|_| FeedError::Content("the registry"))?);
            }
            Kind::Keys => {
                let keys = json::read(&frame.payload);
                self.keys = Arc::new(keys.map_err(|_| FeedError::Content("the key set"))?);
            }
            Kind::Snapshot | Kind::Beat => {
                return Err(FeedError::Frame("it is no link of the chain"));
            }
        }
        Ok(())
    }

    /// The payload of a snapshot's frame.
    pub fn snapshot(&self) -> Result<Vec<u8>, FeedError> {
        let snapshot = Snapshot {
            participants: self.participants.to_vec(),
            keys: JwkSet::clone(&self.keys),
            status_list: self.list.pack(),
            status_list_address: self.list_address.as_ref().to_owned(),
        };
        serde_json::to_vec(&snapshot).map_err(|_| FeedError::Content("the snapshot"))
    }

    pub fn from_snapshot(payload: &[u8]) -> Result<Self, FeedError> {
        let read: Snapshot = json::read(payload).map_err(|_| FeedError::Content("the snapshot"))?;
        let list = read.status_list.unpack().map_err(|_| FeedError::Content("the status list"))?;
        Ok(Self {
            participants: Arc::new(read.participants),
            keys: Arc::new(read.keys),
            list: Arc::new(list),
            list_address: read.status_list_address.into(),
        })
    }
}
