//! What the cabinet and the identity session say.

pub(crate) mod cabinet;
pub(crate) mod camera;
pub(crate) mod change;
pub(crate) mod identity;
pub(crate) mod rules;

#[cfg(test)]
mod tests {
    use senim_kit::words::unfinished;

    #[test]
    fn every_word_is_whole_in_three_languages() {
        for words in [
            super::cabinet::ALL,
            super::camera::ALL,
            super::change::ALL,
            super::identity::ALL,
            super::rules::ALL,
        ] {
            assert_eq!(unfinished(words), <[&str; 0]>::default());
        }
    }
}
