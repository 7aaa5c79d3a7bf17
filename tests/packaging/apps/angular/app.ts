import { Component } from "@angular/core";
import { RouterLink, RouterOutlet } from "@angular/router";
import { injectAuth, injectSession } from "placeos-auth/angular";

@Component({
  selector: "app-root",
  imports: [RouterLink, RouterOutlet],
  template: `
    <nav><a routerLink="/rooms">Rooms</a></nav>
    <p>{{ session()?.flow ?? "Signed out" }}</p>
    @if (session()) {
      <button (click)="auth.logout({ local: true })">Sign out</button>
    }
    <router-outlet />
  `,
})
export class App {
  protected readonly auth = injectAuth();
  protected readonly session = injectSession();
}
