//! An address that leads nowhere.

use senim_kit::components::{Card, Frame};
use senim_kit::language::use_language;
use senim_kit::words::common;
use yew::prelude::*;

#[function_component]
pub(crate) fn NotFoundPage() -> Html {
    let language = use_language();
    html! {
        <Frame title={common::NOT_FOUND_TITLE.say(language)} home="/">
            <Card>
                <h1>{ common::NOT_FOUND_TITLE.say(language) }</h1>
                <p>{ common::NOT_FOUND_TEXT.say(language) }</p>
                <p><a href="/">{ common::TO_START.say(language) }</a></p>
            </Card>
        </Frame>
    }
}
