//! The client's pages: the identity session, and the cabinet with every consent.

mod app;
mod pages;
mod passkey;
mod proof;
mod words;

use senim_kit::browser::document;
use wasm_bindgen::UnwrapThrowExt;

fn main() {
    let place =
        document().get_element_by_id("app").expect_throw("the shell has a place for the app");
    yew::Renderer::<app::App>::with_root(place).render();
}
