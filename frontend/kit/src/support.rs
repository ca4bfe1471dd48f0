//! Where clients get help, as the operator has configured it: asked for once.

use std::cell::RefCell;

use senim_core::help::HelpView;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::api;

thread_local! {
    static KNOWN: RefCell<Option<HelpView>> = const { RefCell::new(None) };
}

/// Nothing until it has arrived, and nothing where none is configured.
#[hook]
pub fn use_support() -> HelpView {
    let known = use_state(|| KNOWN.with_borrow(Clone::clone).unwrap_or_default());
    {
        let known = known.setter();
        use_effect_with((), move |()| {
            if KNOWN.with_borrow(Option::is_some) {
                return;
            }
            spawn_local(async move {
                if let Ok(told) = api::get::<HelpView>("/api/help").await {
                    KNOWN.set(Some(told.clone()));
                    known.set(told);
                }
            });
        });
    }
    (*known).clone()
}

/// `tel:` with what can be dialled of a number as it is written for people.
pub fn dialled(phone: &str) -> String {
    let dialled: String = phone.chars().filter(|it| it.is_ascii_digit() || *it == '+').collect();
    format!("tel:{dialled}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_number_for_people_becomes_one_to_dial() {
        assert_eq!(super::dialled("+7 (700) 000-00 00"), "tel:+77000000000");
    }
}
