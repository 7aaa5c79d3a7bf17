// What PlaceOS's new auth service does. Where each of these was read: tests/servers/sandbox/next/README.md.
// One file, because every test file is a process, and would start a server of its own.
import "./next/authorize.js";
import "./next/consent.js";
import "./next/tokens.js";
import "./next/refresh.js";
import "./next/session.js";
