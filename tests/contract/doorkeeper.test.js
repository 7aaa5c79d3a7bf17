// One file, because every test file is a process, and would start servers of its own.
import "./claims/authorize.js";
import "./claims/refusals.js";
import "./claims/token.js";
import "./claims/refresh.js";
import "./claims/revoke.js";
import "./claims/browser.js";
