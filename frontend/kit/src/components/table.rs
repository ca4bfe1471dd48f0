//! A table whose rows are blocks on a narrow screen, where each cell says its column's name (`data-name`).

use yew::prelude::*;

use crate::language::use_language;
use crate::words::Word;

#[derive(Properties, PartialEq)]
pub struct TableProps {
    /// The columns' names.
    pub heads: Vec<Word>,
    #[prop_or_default]
    pub test: Option<AttrValue>,
    /// Its rows.
    pub children: Html,
}

#[function_component]
pub fn Table(props: &TableProps) -> Html {
    let language = use_language();
    html! {
        <table class="table" data-test={props.test.clone()}>
            <thead>
                <tr>
                    for name in props.heads.iter() {
                        <th scope="col">{ name.say(language) }</th>
                    }
                </tr>
            </thead>
            <tbody>{ props.children.clone() }</tbody>
        </table>
    }
}
