//! What the platform says at one place of its stream, as decisions ask for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::content::Content;
use crate::id::Bin;
use crate::jose::JwkSet;
use crate::routing::{Asker, RegistryParticipant, Standing, Target};
use crate::status::Entry;

/// The platform's data at one place. Everything in it was signed by the platform.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Counts changes of the keys.
    pub generation: u64,
    register: Arc<Register>,
    content: Content,
}

#[derive(Debug)]
struct Register {
    /// Where each participant stands in the content.
    participants: BTreeMap<Bin, usize>,
    by_certificate: BTreeMap<String, Bin>,
}

impl Snapshot {
    /// `before`: the snapshot that it takes the place of.
    pub fn new(content: Content, before: Option<&Self>) -> Self {
        let generation = match before {
            Some(it) if it.content.keys == content.keys => it.generation,
            Some(it) => it.generation + 1,
            None => 0,
        };
        let register = match before {
            Some(it) if Arc::ptr_eq(&it.content.participants, &content.participants) => {
                Arc::clone(&it.register)
            }
            Some(_) | None => Arc::new(Register::of(&content.participants)),
        };
        Self { generation, register, content }
    }

    pub fn asker(&self, thumbprint: &str) -> Option<Asker> {
        let participant = self.participant(*self.register.by_certificate.get(thumbprint)?)?;
        Some(Asker {
            bin: participant.bin,
            active: participant.active,
            consumer: participant.roles.consumer,
            allowance: participant.allowance,
        })
    }

    pub fn owns(&self, consumer: Bin, client_id: &str) -> bool {
        self.participant(consumer)
            .is_some_and(|it| it.applications.iter().any(|own| own == client_id))
    }

    pub fn target(&self, provider: Bin) -> Option<Target> {
        let participant = self.participant(provider)?;
        Some(Target {
            active: participant.active,
            provider: participant.roles.provider,
            base_url: participant.base_url.clone(),
        })
    }

    /// What the list at this address says of a place.
    pub fn standing(&self, address: &str, index: u64) -> Standing {
        match self.content.list.entry(index) {
            _ if *self.content.list_address != *address => Standing::Unknown,
            Some(Entry::Valid) => Standing::Good,
            Some(Entry::Ended) => Standing::Ended,
            Some(Entry::Changed) => Standing::Changed,
            None => Standing::Unknown,
        }
    }

    pub fn keys(&self) -> &JwkSet {
        &self.content.keys
    }

    fn participant(&self, bin: Bin) -> Option<&RegistryParticipant> {
        self.content.participants.get(*self.register.participants.get(&bin)?)
    }
}

impl Register {
    fn of(participants: &[RegistryParticipant]) -> Self {
        let mut by_certificate = BTreeMap::new();
        let mut shared = Vec::new();
        for participant in participants {
            for certificate in &participant.certificates {
                let before = by_certificate.insert(certificate.clone(), participant.bin);
                if before.is_some_and(|it| it != participant.bin) {
                    shared.push(certificate.clone());
                }
            }
        }
        // A certificate registered for two participants identifies neither.
        for certificate in shared {
            by_certificate.remove(&certificate);
        }
        let participants = participants.iter().enumerate().map(|(at, it)| (it.bin, at)).collect();
        Self { participants, by_certificate }
    }
}
