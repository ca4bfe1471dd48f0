//! A piece of the page that holds together.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct CardProps {
    #[prop_or_default]
    pub class: Classes,
    pub children: Html,
}

#[function_component]
pub fn Card(props: &CardProps) -> Html {
    html! { <section class={classes!("card", props.class.clone())}>{ props.children.clone() }</section> }
}
