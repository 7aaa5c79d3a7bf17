//! What a server says of itself ([RFC 8414](https://www.rfc-editor.org/rfc/rfc8414)). The newest PlaceOS does; its Rails
//! service and ACAEngine have no such document.

use crate::error::Result;
use crate::oauth::http::Answer;
use crate::oauth::tokens::invalid;
use crate::options::Flow;

/// Where the document may be on a server, in the order in which it is asked for: where
/// [RFC 8414 §3](https://www.rfc-editor.org/rfc/rfc8414#section-3) has it, then under the path that development proxies
/// forward.
pub const PATHS: [&str; 2] = [
    "/.well-known/oauth-authorization-server",
    "/auth/.well-known/oauth-authorization-server",
];

/// The flow by which users sign in to a server that says this of itself
/// ([RFC 8414 §2](https://www.rfc-editor.org/rfc/rfc8414#section-2)): implicit where it is offered, else by code.
///
/// Nothing else of the document is used. Its `issuer` in particular is not believed: a server that wants to be taken for
/// another could write anything there ([RFC 9207 §1](https://www.rfc-editor.org/rfc/rfc9207#section-1)).
///
/// # Errors
/// As [`Answer::success`], and `invalid_response` where it doesn't say what it offers.
pub fn judge(answer: &Answer) -> Result<Flow> {
    let offered = answer.success()?.json("response_types_supported");
    // A list with a text in it. JSON of one line has an entry between quotes, and no quote within it without a backslash.
    match offered.filter(|offered| offered.starts_with("[\"")) {
        Some(offered) if offered.split('"').any(|entry| entry == "token") => Ok(Flow::Implicit),
        Some(_) => Ok(Flow::Code),
        None => Err(invalid("no list of `response_types_supported`")),
    }
}
