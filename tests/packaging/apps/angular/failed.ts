import { Component, inject } from "@angular/core";
import { Router } from "@angular/router";
import { injectAuth } from "placeos-auth/angular";

@Component({
  selector: "app-failed",
  template: `
    <h1>The sign-in has failed</h1>
    <p role="alert">{{ message }}</p>
    <button (click)="auth.login({ returnTo: './' })">Try again</button>
  `,
})
export class Failed {
  protected readonly auth = injectAuth();
  protected readonly message = messageOf(
    inject(Router).currentNavigation()?.extras.info,
  );
}

function messageOf(info: unknown) {
  const { error } = (info ?? {}) as { error?: Error };
  return error?.message ?? "You can try again.";
}
