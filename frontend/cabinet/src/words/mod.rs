//! What the cabinet and the identity session say.

pub(crate) mod activity;
pub(crate) mod cabinet;
pub(crate) mod camera;
pub(crate) mod change;
pub(crate) mod front;
pub(crate) mod help;
pub(crate) mod identity;
pub(crate) mod passkey;
pub(crate) mod phone;
pub(crate) mod proof;
pub(crate) mod rules;

#[cfg(test)]
mod tests {
    use senim_kit::words::unfinished;

    #[test]
    fn every_word_is_whole_in_three_languages() {
        for words in [
            super::activity::ALL,
            super::cabinet::ALL,
            super::camera::ALL,
            super::change::ALL,
            super::front::ALL,
            super::help::ALL,
            super::identity::ALL,
            super::passkey::ALL,
            super::phone::ALL,
            super::proof::ALL,
            super::rules::ALL,
        ] {
            assert_eq!(unfinished(words), <[&str; 0]>::default());
        }
    }
}
