import { HttpClient } from "@angular/common/http";
import { Component, inject } from "@angular/core";
import { toSignal } from "@angular/core/rxjs-interop";

interface Room {
  id: string;
  display_name: string;
}

@Component({
  selector: "app-rooms",
  template: `
    <h1>Rooms</h1>
    <ul>
      @for (room of rooms(); track room.id) {
        <li>{{ room.display_name }}</li>
      }
    </ul>
  `,
})
export class Rooms {
  protected readonly rooms = toSignal(
    inject(HttpClient).get<Room[]>("/api/engine/v2/systems"),
  );
}
