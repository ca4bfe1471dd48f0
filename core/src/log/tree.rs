//! RFC 6962 §2.1 (hashes, proofs) and RFC 9162 §2.1.3–4 (their verification).

use sha2::{Digest as _, Sha256};

use super::Hash;

/// The hash of a leaf: `SHA-256(0x00 || entry)`.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// The hash of two subtrees: `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree without leaves.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The root of a tree of `size` leaves. `complete(level, index)` is the hash of the leaves from `index << level`,
/// `1 << level` of them.
pub fn root<E>(
    size: u64,
    complete: &mut impl FnMut(u8, u64) -> Result<Hash, E>,
) -> Result<Hash, E> {
    if size == 0 { Ok(empty_root()) } else { range(0, size, complete) }
}

/// The inclusion proof of the leaf `index`, which is below `size`: from the leaf's sibling to the root's child.
pub fn prove_inclusion<E>(
    index: u64,
    size: u64,
    complete: &mut impl FnMut(u8, u64) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    let (mut start, mut end) = (0, size);
    let mut siblings = Vec::new();
    while end.saturating_sub(start) > 1 {
        let middle = start + split(end - start);
        if index < middle {
            siblings.push((middle, end));
            end = middle;
        } else {
            siblings.push((start, middle));
            start = middle;
        }
    }
    siblings.into_iter().rev().map(|(start, end)| range(start, end, complete)).collect()
}

/// The proof that the tree of `new` leaves begins with those of the tree of `old` leaves; `old` is at most `new`.
pub fn prove_consistency<E>(
    old: u64,
    new: u64,
    complete: &mut impl FnMut(u8, u64) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    if old == 0 || old >= new {
        return Ok(Vec::new());
    }
    let (mut start, mut end, mut known) = (0, new, true);
    let mut ranges = Vec::new();
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            ranges.push((middle, end));
            end = middle;
        } else {
            ranges.push((start, middle));
            (start, known) = (middle, false);
        }
    }
    if !known {
        ranges.push((start, end));
    }
    ranges.into_iter().rev().map(|(start, end)| range(start, end, complete)).collect()
}

/// RFC 9162 §2.1.3.2.
pub fn included(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && hash == *root
}

/// RFC 9162 §2.1.4.2. A tree without leaves is the beginning of every other.
pub fn consistent(old: u64, new: u64, old_root: &Hash, new_root: &Hash, proof: &[Hash]) -> bool {
    if old > new {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return proof.is_empty() && *old_root == empty_root();
    }
    let (first, rest) = if old.is_power_of_two() {
        (*old_root, proof)
    } else {
        let Some((first, rest)) = proof.split_first() else { return false };
        (*first, rest)
    };
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        (node, last) = (node >> 1, last >> 1);
    }
    let (mut before, mut after) = (first, first);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            before = node_hash(sibling, &before);
            after = node_hash(sibling, &after);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            after = node_hash(&after, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && before == *old_root && after == *new_root
}

/// The hash of a complete subtree, of the hashes right below it; their number is a power of two.
pub fn fold(hashes: &[Hash]) -> Option<Hash> {
    if !hashes.len().is_power_of_two() {
        return None;
    }
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level
            .chunks_exact(2)
            .filter_map(|pair| if let [a, b] = pair { Some(node_hash(a, b)) } else { None })
            .collect();
    }
    level.first().copied()
}

/// The hash of the leaves from `start` to `end`, which is one node of the recursion of RFC 6962 §2.1.
fn range<E>(
    start: u64,
    end: u64,
    complete: &mut impl FnMut(u8, u64) -> Result<Hash, E>,
) -> Result<Hash, E> {
    let mut left = Vec::new();
    let mut from = start;
    while from < end {
        // The greatest complete subtree that begins here.
        let length = if (end - from).is_power_of_two() { end - from } else { split(end - from) };
        let level = u8::try_from(length.trailing_zeros()).unwrap_or(u8::MAX);
        left.push(complete(level, from >> level)?);
        from += length;
    }
    let mut right_to_left = left.into_iter().rev();
    let last = right_to_left.next().unwrap_or_else(empty_root);
    Ok(right_to_left.fold(last, |right, left| node_hash(&left, &right)))
}

/// The greatest power of two below `length`, which is above 1.
fn split(length: u64) -> u64 {
    length.next_power_of_two() >> 1
}
