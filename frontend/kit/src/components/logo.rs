//! The mark: a shanyrak, the crown of a yurt, through which a household sees the same sky.

use yew::prelude::*;

/// The same drawing as in `static/icon.svg` and the shells.
#[function_component]
pub fn Logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 40 40" aria-hidden="true" focusable="false">
            <circle class="logo-ground" cx="20" cy="20" r="20" />
            <circle class="logo-ring" cx="20" cy="20" r="12.5" />
            <path class="logo-lines" d="M15 8.6q3.6 11.4 0 22.8M20 7.5v25M25 8.6q-3.6 11.4 0 22.8M8.6 15q11.4 3.6 22.8 0M7.5 20h25M8.6 25q11.4-3.6 22.8 0" />
        </svg>
    }
}
