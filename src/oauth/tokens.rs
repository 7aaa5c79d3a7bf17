//! What a grant gives, once it was judged.

use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::form;
use crate::options::Flow;
use crate::secret::Secret;
use crate::text::concat;
use crate::time::Instant;
use std::time::Duration;

/// Longest access token that is taken, in bytes: servers refuse headers that are longer.
const LONGEST_TOKEN: usize = 16 * 1024;

/// No answer takes longer while the machine is awake.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);

/// How long a token must still be good to be worth sending.
const MOMENT: Duration = Duration::from_secs(1);

/// A judged token response ([RFC 6749 §5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)). Its type is always
/// bearer.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The grant it came from.
    pub flow: Flow,
    /// Visible ASCII characters only, so that it fits in a header.
    pub access_token: Secret,
    /// What gets new ones, once; `None` where the grant gives none.
    pub refresh_token: Option<Secret>,
    /// What it is good for.
    pub scope: String,
    /// When the user signed in: what tells one session from another.
    pub signed_in_at: Instant,
    /// How often the session was renewed since.
    pub renewals: u32,
    /// When they were given.
    pub issued_at: Instant,
    /// `None` where the server gave no lifetime.
    pub expires_at: Option<Instant>,
    /// Until when the server has surely not let them run out: counted from the question, not from the answer.
    pub certain_until: Option<Instant>,
}

/// Which session tokens are of, and how far it had come with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generation {
    /// When the user signed in.
    pub signed_in_at: Instant,
    /// How often the session was renewed since.
    pub renewals: u32,
}

impl Generation {
    /// Whether both are of one session.
    pub fn same_session(self, other: Generation) -> bool {
        self.signed_in_at == other.signed_in_at
    }

    /// Whether these tokens took the place of the others.
    pub fn supersedes(self, than: Generation) -> bool {
        self.same_session(than) && self.renewals > than.renewals
    }
}

/// The token type as it is written in a header. PlaceOS compares it by case.
pub const TOKEN_TYPE: &str = "Bearer";

/// The fields of a token response that nobody has judged yet.
pub struct Unjudged<'a> {
    /// `access_token`
    pub access_token: Option<&'a str>,
    /// `token_type`
    pub token_type: Option<&'a str>,
    /// `expires_in`
    pub expires_in: Lifetime<'a>,
    /// `scope`; if it is missing, what was asked for was given
    pub scope: Option<&'a str>,
}

/// `expires_in` as it came, in seconds.
pub enum Lifetime<'a> {
    /// None was given.
    Unknown,
    /// As decimal digits.
    Text(&'a str),
    /// As a number.
    Seconds(f64),
}

impl<'a> Lifetime<'a> {
    /// From a parameter that may be missing.
    pub fn of(text: Option<&'a str>) -> Self {
        text.map_or(Lifetime::Unknown, Lifetime::Text)
    }

    /// What is huge is held to what a clock can count.
    fn judge(self) -> Result<Option<Duration>> {
        let span = match self {
            Lifetime::Unknown => return Ok(None),
            Lifetime::Text(text) => digits(text)?,
            // A cast holds what doesn't fit to the nearest that does, and makes zero of what is no number.
            Lifetime::Seconds(seconds) => Duration::from_millis((seconds * 1000.0) as u64),
        };
        if span.is_zero() {
            return Err(invalid("an `expires_in` that is not above zero"));
        }
        Ok(Some(span))
    }
}

impl Unjudged<'_> {
    /// Checks every field.
    ///
    /// # Errors
    /// `invalid_response`, naming the field.
    pub fn judge(self, flow: Flow, asked_scope: &str, now: Instant) -> Result<Tokens> {
        let token = self
            .access_token
            .ok_or_else(|| invalid("no `access_token` in it"))?;
        if !fits_header(token) {
            return Err(invalid("an `access_token` that can't be sent in a header"));
        }
        if !self
            .token_type
            .is_some_and(|kind| kind.eq_ignore_ascii_case(TOKEN_TYPE))
        {
            return Err(invalid("a `token_type` other than bearer"));
        }
        let expires_at = self.expires_in.judge()?.map(|life| now.after(life));
        Ok(Tokens {
            flow,
            access_token: Secret::new(token.to_owned()),
            refresh_token: None,
            scope: self.scope.unwrap_or(asked_scope).to_owned(),
            signed_in_at: now,
            renewals: 0,
            issued_at: now,
            expires_at,
            certain_until: expires_at,
        })
    }
}

fn fits_header(token: &str) -> bool {
    !token.is_empty() && token.len() <= LONGEST_TOKEN && token.bytes().all(|b| b.is_ascii_graphic())
}

/// Tokens that the app has got by itself.
#[derive(Debug)]
pub struct Adopted {
    /// What signs requests.
    pub access_token: Secret,
    /// What gets new ones at this client's token endpoint.
    pub refresh_token: Option<Secret>,
    /// How many seconds it is good for, from now on. Default: nothing is known of its end.
    pub expires_in: Option<f64>,
    /// Default: the options' scope.
    pub scope: Option<String>,
}

impl Adopted {
    /// These as tokens of a session that begins now.
    ///
    /// # Errors
    /// `configuration`, naming the field.
    pub fn judge(self, scope: &str, now: Instant) -> Result<Tokens> {
        let unfit = |token: &Secret| !fits_header(token.reveal());
        let problem =
            "is no token: it is empty, too long, or has characters that can't be sent in a header.";
        if unfit(&self.access_token) {
            return Err(AuthError::option("accessToken", problem));
        }
        if self.refresh_token.as_ref().is_some_and(unfit) {
            return Err(AuthError::option("refreshToken", problem));
        }
        // A life of less than a millisecond is none.
        if self.expires_in.is_some_and(|seconds| seconds < 0.001) {
            return Err(AuthError::option(
                "expiresIn",
                "must be a number of seconds above zero.",
            ));
        }
        let unjudged = Unjudged {
            access_token: Some(self.access_token.reveal()),
            token_type: Some(TOKEN_TYPE),
            expires_in: self.expires_in.map_or(Lifetime::Unknown, Lifetime::Seconds),
            scope: None,
        };
        let tokens = unjudged.judge(Flow::Adopted, scope, now)?;
        Ok(Tokens {
            refresh_token: self.refresh_token,
            ..tokens
        })
    }
}

/// Decimal digits, perhaps with a fraction.
fn digits(text: &str) -> Result<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) {
        return Err(invalid("an `expires_in` that is no number of seconds"));
    }
    // Digits that don't fit are a number that is too large, never one that is wrong.
    let seconds = whole.parse().unwrap_or(u64::MAX);
    let millis = fraction
        .bytes()
        .chain([b'0'; 3])
        .take(3)
        .fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    Ok(Duration::from_secs(seconds).saturating_add(Duration::from_millis(millis)))
}

/// What the server's answer has and must not have, or lacks.
pub(super) fn invalid(what: &str) -> AuthError {
    AuthError::new(
        ErrorCode::InvalidResponse,
        concat(&["The server answered with ", what, "."]),
    )
}

impl Tokens {
    /// These in place of the ones they were got with: a server that gives no new refresh token leaves the old one good
    /// ([RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).
    pub fn succeed(mut self, old: &Tokens) -> Self {
        self.signed_in_at = old.signed_in_at;
        self.renewals = old.renewals.saturating_add(1);
        self.refresh_token = self.refresh_token.or_else(|| old.refresh_token.clone());
        self
    }

    /// The same as they were asked for at that instant: their life may have begun as early. What is short is not made much
    /// shorter, unless the machine slept over the answer.
    pub fn asked_for_at(mut self, asked: Instant) -> Self {
        let took = self.issued_at.since(asked);
        self.certain_until = self.expires_at.map(|expires_at| expires_at.before(took));
        self.expires_at = self.expires_at.map(|expires_at| {
            let life = expires_at.since(self.issued_at);
            let is_asleep = took > LONGEST_ANSWER;
            expires_at.before(if is_asleep { took } else { took.min(life / 10) })
        });
        self
    }

    /// Whether one of them is one of the others.
    pub fn has_one_of(&self, others: &Tokens) -> bool {
        let refresh_token = |tokens: &Self| {
            tokens
                .refresh_token
                .as_ref()
                .map(|token| token.reveal().to_owned())
        };
        self.access_token.reveal() == others.access_token.reveal()
            || refresh_token(self).is_some_and(|own| refresh_token(others) == Some(own))
    }

    /// How far the session has come with these.
    pub fn generation(&self) -> Generation {
        Generation {
            signed_in_at: self.signed_in_at,
            renewals: self.renewals,
        }
    }

    /// The first instant at which a request would no longer arrive with a good token.
    pub fn usable_until(&self) -> Option<Instant> {
        self.due(MOMENT)
    }

    /// The instant at which new ones are to be got: that span before the end, or a tenth of the life if that is less.
    /// `None` if they have no end.
    pub fn due(&self, span: Duration) -> Option<Instant> {
        self.expires_at.map(|expires_at| {
            let life = expires_at.since(self.issued_at);
            expires_at.before(span.min(life / 10))
        })
    }

    /// Whether a request sent now would still arrive with a good token.
    pub fn is_usable(&self, now: Instant) -> bool {
        self.usable_until().is_none_or(|end| now < end)
    }

    /// The text to store.
    pub fn to_text(&self) -> Secret {
        let millis = |at: Option<Instant>| at.map(Instant::to_text);
        let (expires_at, certain_until) = (millis(self.expires_at), millis(self.certain_until));
        Secret::new(form::record(&[
            ("flow", Some(self.flow.as_str())),
            ("access_token", Some(self.access_token.reveal())),
            (
                "refresh_token",
                self.refresh_token.as_ref().map(Secret::reveal),
            ),
            ("scope", Some(&self.scope)),
            ("signed_in_at", Some(&self.signed_in_at.to_text())),
            ("renewals", Some(&u64::from(self.renewals).to_string())),
            ("issued_at", Some(&self.issued_at.to_text())),
            ("expires_at", expires_at.as_deref()),
            ("certain_until", certain_until.as_deref()),
        ]))
    }

    /// Reads stored text; `None` if it is broken or of another version.
    pub fn from_text(text: &str) -> Option<Self> {
        let form = form::read_record(text)?;
        let expires_at = match form.one("expires_at").ok()? {
            None => None,
            Some(_) => Some(form.instant("expires_at")?),
        };
        let unjudged = Unjudged {
            access_token: form.field("access_token"),
            token_type: Some(TOKEN_TYPE),
            expires_in: Lifetime::Unknown,
            scope: None,
        };
        let flow = Flow::from_name(form.field("flow")?)?;
        let issued_at = form.instant("issued_at")?;
        let tokens = unjudged.judge(flow, form.field("scope")?, issued_at).ok()?;
        Some(Tokens {
            signed_in_at: form.instant("signed_in_at")?,
            renewals: form.number("renewals")?.try_into().ok()?,
            refresh_token: form
                .field("refresh_token")
                .map(|text| Secret::new(text.to_owned())),
            expires_at,
            certain_until: form.instant("certain_until").or(expires_at),
            ..tokens
        })
    }
}
