import {
  provideHttpClient,
  withFetch,
  withInterceptors,
} from "@angular/common/http";
import type { Routes } from "@angular/router";
import { authGuard, authInterceptor } from "placeos-auth/angular";
import { Failed } from "./failed";
import { Home } from "./home";
import { Rooms } from "./rooms";

export const routes: Routes = [
  { path: "", component: Home, pathMatch: "full" },
  { path: "rooms", component: Rooms, canActivate: [authGuard] },
  {
    path: "fetch",
    canActivateChild: [authGuard],
    providers: [
      provideHttpClient(withFetch(), withInterceptors([authInterceptor])),
    ],
    children: [{ path: "rooms", component: Rooms }],
  },
  {
    path: "building",
    canMatch: [authGuard],
    loadComponent: () => import("./rooms").then(({ Rooms }) => Rooms),
  },
  { path: "failed", component: Failed },
];
