//! The domain's public settings, which PlaceOS calls its authority: `GET /auth/authority`.

use crate::error::Result;
use crate::oauth::http::{Answer, Value, text};

/// What a domain says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// What old servers need for the password grant.
    pub id: String,
    /// The domain's name, for people.
    pub name: String,
    /// Its host.
    pub domain: String,
    /// The login page; `{{url}}` in it stands for where the user is to be afterwards.
    pub login_url: String,
    /// The logout page: a path of the server, or a page of an identity provider's.
    pub logout_url: String,
    /// Whether this browser is signed in to the server.
    pub session: bool,
    /// `None` on ACAEngine.
    pub version: Option<String>,
    /// The domain's own settings, as JSON.
    pub config: Option<String>,
}

/// Judges the answer.
///
/// # Errors
/// As [`Answer::success`].
pub fn judge(answer: &Answer) -> Result<Authority> {
    let body = answer.success()?;
    let given = |name| text(body, name).unwrap_or_default();
    let or = |name, default: &str| {
        let page = given(name);
        if is_page(&page) {
            page
        } else {
            default.to_owned()
        }
    };
    Ok(Authority {
        id: given("id"),
        name: given("name"),
        domain: given("domain"),
        login_url: or("login_url", "/login?continue={{url}}"),
        logout_url: or("logout_url", "/auth/logout"),
        session: body.get("session") == Value::Flag(true),
        version: text(body, "version"),
        config: body.json("config"),
    })
}

/// A path of the server or a whole http(s) URL: nothing that runs as a script, nor a path that a browser takes for another
/// host.
fn is_page(text: &str) -> bool {
    let is_path = text.starts_with('/') && !text.starts_with("//");
    let is_plain = text.bytes().all(|b| b > b' ' && b != b'\\');
    is_plain && (is_path || text.starts_with("https://") || text.starts_with("http://"))
}

impl Authority {
    /// Whether the server is an ACAEngine: one without a version, or of one before 2.
    pub fn is_legacy(&self) -> bool {
        let major = self.version.as_deref().and_then(|version| {
            // The server of today says `v2.…`.
            let (major, _) = version.split_once('.')?;
            let digits = major.strip_prefix('v').unwrap_or(major);
            digits.parse::<u64>().ok()
        });
        major.is_none_or(|major| major < 2)
    }

    /// The path of the REST API.
    pub fn api_root(&self) -> &'static str {
        if self.is_legacy() {
            "/control/api"
        } else {
            "/api/engine/v2"
        }
    }
}

/// The path of the realtime API.
pub fn control_socket(is_legacy: bool) -> &'static str {
    if is_legacy {
        "/control/websocket"
    } else {
        "/api/engine/v2/systems/control"
    }
}
