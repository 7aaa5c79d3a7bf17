//! What JavaScript gets to see of our values: plain frozen objects.

use serde::ser::{Serialize, SerializeMap, Serializer};
use wasm_bindgen::{JsCast, JsValue};

/// The fields of an object to show.
pub struct View<'a>(pub &'a [(&'static str, Field<'a>)]);

/// One of its values.
pub enum Field<'a> {
    Null,
    Flag(bool),
    Number(f64),
    Text(&'a str),
    /// A JavaScript value, as it is.
    Js(JsValue),
}

// As maps, not structs: for those, serde-wasm-bindgen keeps a hash table of field names, a twentieth of the download.
impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, field) in self.0 {
            map.serialize_entry(name, field)?;
        }
        map.end()
    }
}

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Field::Null => serializer.serialize_unit(),
            Field::Flag(flag) => serializer.serialize_bool(*flag),
            Field::Number(number) => serializer.serialize_f64(*number),
            Field::Text(text) => serializer.serialize_str(text),
            Field::Js(value) => serde_wasm_bindgen::preserve::serialize(value, serializer),
        }
    }
}

impl View<'_> {
    /// The object.
    pub fn frozen(&self) -> JsValue {
        let serializer = serde_wasm_bindgen::Serializer::json_compatible();
        let object = self.serialize(&serializer).unwrap_or(JsValue::NULL);
        js_sys::Object::freeze(object.unchecked_ref::<js_sys::Object>());
        object
    }
}
