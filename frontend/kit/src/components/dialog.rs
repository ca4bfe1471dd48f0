//! A question that must be answered first: the browser's own modal keeps the focus inside and gives it back.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct DialogProps {
    pub open: bool,
    pub title: AttrValue,
    /// Closed by Escape.
    pub onclose: Callback<()>,
    pub children: Html,
}

#[function_component]
pub fn Dialog(props: &DialogProps) -> Html {
    let place = use_node_ref();
    {
        let place = place.clone();
        use_effect_with(props.open, move |&open| {
            if let Some(dialog) = place.cast::<HtmlDialogElement>() {
                if open && !dialog.open() {
                    let _ = dialog.show_modal();
                } else if !open && dialog.open() {
                    dialog.close();
                }
            }
        });
    }
    let oncancel = {
        let onclose = props.onclose.clone();
        Callback::from(move |event: Event| {
            event.prevent_default();
            onclose.emit(());
        })
    };
    html! {
        <dialog ref={place} class="dialog" aria-labelledby="dialog-title" {oncancel}>
            if props.open {
                <h2 id="dialog-title">{ props.title.clone() }</h2>
                { props.children.clone() }
            }
        </dialog>
    }
}
