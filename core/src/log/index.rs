//! The verifiable index: for each pseudonym how many records the log has and what they are, so that a missing record
//! is as provable as one that was altered.
//!
//! A binary tree over the bits of pseudonyms, the first bit at the root. A subtree without a pseudonym has the hash
//! [`EMPTY`], one with a single pseudonym has that leaf's hash, any other one the hash of its two halves.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::entry::{Entry, Pruned, Pseudonym};
use super::tree::leaf_hash;
use super::{Hash, LogError};

/// A subtree without pseudonyms.
pub const EMPTY: Hash = [0; 32];
/// Bits of a pseudonym.
const DEPTH_MAX: usize = 256;

/// What the log has of one pseudonym.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    pub records: u64,
    /// `SHA-256(2 || head before || number in the log || leaf hash)`, from [`EMPTY`] on.
    pub head: Hash,
}

impl Chain {
    pub const NEW: Self = Self { records: 0, head: EMPTY };

    #[must_use]
    pub fn with(self, number: u64, leaf: &Hash) -> Self {
        let head = Sha256::new()
            .chain_update([2])
            .chain_update(self.head)
            .chain_update(number.to_be_bytes())
            .chain_update(leaf)
            .finalize();
        Self { records: self.records + 1, head: head.into() }
    }
}

/// The index in memory. A clone costs nothing and stays as it is: both share what is equal in them.
#[derive(Clone, Debug, Default)]
pub struct Index {
    root: Option<Node>,
}

#[derive(Clone, Debug)]
enum Node {
    /// With the number of its last record.
    Leaf(Pseudonym, Chain, u64),
    /// The hash is absent while something below it has changed.
    Inner(Option<Hash>, Arc<[Option<Node>; 2]>),
}

/// What a pseudonym has, to be verified against an index's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexProof {
    /// Hashes of the other halves, the root's child first.
    pub siblings: Vec<Hash>,
    /// Who stands in the pseudonym's place, where the index does not have it; absent in an empty place.
    pub other: Option<(Pseudonym, Chain)>,
}

impl Index {
    /// Takes the next entry of the log. An entry of the index itself must say what is in this one.
    pub fn take(&mut self, number: u64, entry: &[u8]) -> Result<(), LogError> {
        match Entry::decode(entry)? {
            Entry::Record { client: None, .. } => Ok(()),
            Entry::Record { client: Some(client), .. } => {
                self.add(client, number, &leaf_hash(entry));
                Ok(())
            }
            Entry::Index { size, root, .. } if size == number && root == self.root() => Ok(()),
            Entry::Index { .. } => Err(LogError::Refuted(
                "an entry of the index says otherwise than the records before it",
            )),
            Entry::Pruned(Pruned { minimum, .. }) if minimum <= number => {
                self.root = self.root.take().and_then(|it| it.since(minimum));
                Ok(())
            }
            Entry::Pruned(_) => Err(LogError::Refuted("an entry gives up what comes after it")),
        }
    }

    pub fn add(&mut self, client: Pseudonym, number: u64, leaf: &Hash) {
        let mut place = &mut self.root;
        let mut depth = 0;
        loop {
            match place {
                None => {
                    *place = Some(Node::Leaf(client, Chain::NEW.with(number, leaf), number));
                    return;
                }
                Some(Node::Leaf(own, chain, last)) if *own == client => {
                    (*chain, *last) = (chain.with(number, leaf), number);
                    return;
                }
                Some(Node::Leaf(own, ..)) => {
                    let side = bit(own, depth);
                    let moved = place.take();
                    let mut halves = [None, None];
                    halves[side] = moved;
                    *place = Some(Node::Inner(None, Arc::new(halves)));
                }
                Some(Node::Inner(..)) => {}
            }
            let Some(Node::Inner(hash, halves)) = place else { return };
            *hash = None;
            place = &mut Arc::make_mut(halves)[bit(&client, depth)];
            depth += 1;
        }
    }

    pub fn root(&mut self) -> Hash {
        self.root.as_mut().map_or(EMPTY, Node::settle)
    }

    /// What the index has of this pseudonym; `None`: nothing.
    pub fn chain(&self, client: Pseudonym) -> Option<Chain> {
        let (mut node, mut depth) = (self.root.as_ref()?, 0);
        loop {
            match node {
                Node::Leaf(own, chain, _) => return (*own == client).then_some(*chain),
                Node::Inner(_, halves) => node = halves[bit(&client, depth)].as_ref()?,
            }
            depth += 1;
        }
    }

    pub fn prove(&self, client: Pseudonym) -> IndexProof {
        let mut proof = IndexProof { siblings: Vec::new(), other: None };
        let mut node = self.root.as_ref();
        let mut depth = 0;
        while let Some(found) = node {
            match found {
                Node::Leaf(own, chain, _) => {
                    proof.other = (*own != client).then_some((*own, *chain));
                    break;
                }
                Node::Inner(_, halves) => {
                    let side = bit(&client, depth);
                    proof.siblings.push(halves[1 - side].as_ref().map_or(EMPTY, Node::hash));
                    node = halves[side].as_ref();
                }
            }
            depth += 1;
        }
        proof
    }
}

impl Node {
    /// What is left of it without the pseudonyms whose last record stands before `minimum`.
    fn since(&self, minimum: u64) -> Option<Self> {
        let halves = match self {
            Self::Leaf(.., last) => return (*last >= minimum).then(|| self.clone()),
            Self::Inner(_, halves) => halves,
        };
        let [left, right] = &**halves;
        let since = |it: &Option<Self>| it.as_ref().and_then(|it| it.since(minimum));
        match (since(left), since(right)) {
            (None, None) => None,
            // A single pseudonym stands as high as it can, as if the others had never been.
            (Some(alone @ Self::Leaf(..)), None) | (None, Some(alone @ Self::Leaf(..))) => {
                Some(alone)
            }
            (left, right) => Some(Self::Inner(None, Arc::new([left, right]))),
        }
    }

    /// Computes what has changed below, and keeps it.
    fn settle(&mut self) -> Hash {
        match self {
            Self::Leaf(client, chain, _) => leaf(client, chain),
            Self::Inner(Some(hash), _) => *hash,
            Self::Inner(hash, halves) => {
                let [left, right] = Arc::make_mut(halves);
                let side = |it: &mut Option<Self>| it.as_mut().map_or(EMPTY, Self::settle);
                let (left, right) = (side(left), side(right));
                *hash.insert(inner(&left, &right))
            }
        }
    }

    /// The same without keeping it.
    fn hash(&self) -> Hash {
        match self {
            Self::Leaf(client, chain, _) => leaf(client, chain),
            Self::Inner(Some(hash), _) => *hash,
            Self::Inner(None, halves) => {
                let [left, right] = &**halves;
                let side = |it: &Option<Self>| it.as_ref().map_or(EMPTY, Self::hash);
                inner(&side(left), &side(right))
            }
        }
    }
}

impl IndexProof {
    /// Whether the index with this root has exactly this of the pseudonym; [`Chain::NEW`]: nothing.
    pub fn holds(&self, client: Pseudonym, chain: Chain, root: &Hash) -> bool {
        let depth = self.siblings.len();
        if depth > DEPTH_MAX {
            return false;
        }
        let found = match (&self.other, chain.records) {
            (None, 0) => EMPTY,
            (None, _) => leaf(&client, &chain),
            // Somebody else alone stands where the pseudonym would.
            (Some((other, theirs)), 0) => {
                let same_place = (0..depth).all(|it| bit(other, it) == bit(&client, it));
                if *other == client || !same_place || theirs.records == 0 {
                    return false;
                }
                leaf(other, theirs)
            }
            (Some(_), _) => return false,
        };
        let hash = self.siblings.iter().enumerate().rev().fold(found, |hash, (depth, sibling)| {
            if bit(&client, depth) == 0 { inner(&hash, sibling) } else { inner(sibling, &hash) }
        });
        hash == *root
    }
}

fn leaf(client: &Pseudonym, chain: &Chain) -> Hash {
    Sha256::new()
        .chain_update([0])
        .chain_update(client.0)
        .chain_update(chain.records.to_be_bytes())
        .chain_update(chain.head)
        .finalize()
        .into()
}

fn inner(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Bit `depth` of a pseudonym, the greatest of the first byte first.
fn bit(client: &Pseudonym, depth: usize) -> usize {
    let byte = client.0.get(depth / 8).copied().unwrap_or(0);
    usize::from(byte >> (7 - depth % 8) & 1)
}
