//! The mark: a shanyrak, the crown of a yurt, through which a household sees the same sky.

use yew::prelude::*;

/// The same drawing as in `static/icon.svg` and the shells.
#[function_component]
pub fn Logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 40 40" aria-hidden="true" focusable="false">
            <circle class="logo-ground" cx="20" cy="20" r="20" />
            <circle class="logo-ring" cx="20" cy="20" r="12.5" />
            <path class="logo-lines" d="M16 8.4q3.4 11.6 0 23.2M24 8.4q-3.4 11.6 0 23.2M8.4 16q11.6 3.4 23.2 0M8.4 24q11.6-3.4 23.2 0" />
        </svg>
    }
}
