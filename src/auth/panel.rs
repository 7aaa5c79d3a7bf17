//! A panel that is set up by a link: the API key in its address.

use super::shared::Shared;
use crate::browser::page;
use crate::config::unfit_key;
use crate::oauth::api_key;
use crate::oauth::arrival::Redirect;
use crate::options::ApiKey;
use crate::secret::Secret;
use crate::url::Url;

/// Takes an API key out of the address bar, if the app wants one from there. Of two that differ none is right.
pub fn take_api_key(shared: &Shared, here: &Url) {
    let Some(name) = &shared.config().api_key_parameter else {
        return;
    };
    let Some((texts, clean)) = api_key::find(here, name) else {
        return;
    };
    if page::replace_entry(&page::history_state(), &clean).is_err() {
        shared.log(
            "the address bar can't be changed: the API key stays there until this page is left",
        );
    }
    match texts.split_first() {
        Some((text, others)) if ApiKey::is_fit(text) && others.iter().all(|one| one == text) => {
            shared.client.api_keys.keep(Secret::new(text.clone()));
        }
        _ => shared.set_redirect(Redirect::Failed(unfit_key(name))),
    }
}
