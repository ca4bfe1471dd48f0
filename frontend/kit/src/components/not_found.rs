//! An address that leads nowhere.

use yew::prelude::*;

use super::Card;
use crate::language::use_language;
use crate::words::common;

#[derive(Properties, PartialEq)]
pub struct NotFoundProps {
    /// Where there is a way on.
    pub home: AttrValue,
}

#[function_component]
pub fn NotFound(props: &NotFoundProps) -> Html {
    let language = use_language();
    html! {
        <Card>
            <h1>{ common::NOT_FOUND_TITLE.say(language) }</h1>
            <p>{ common::NOT_FOUND_TEXT.say(language) }</p>
            <p><a href={props.home.clone()}>{ common::TO_START.say(language) }</a></p>
        </Card>
    }
}
