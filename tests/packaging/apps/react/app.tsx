import { Suspense, use, useState } from "react";
import { AuthProvider, useAuth, useSession } from "placeos-auth/react";

export const App = () => (
  <AuthProvider options={{ redirectUri: "/react/" }} fallback={<p>Loading</p>}>
    <Page />
  </AuthProvider>
);

function Page() {
  const auth = useAuth();
  const session = useSession();
  if (session) return <Building flow={session.flow} />;
  const { redirect } = auth;
  return (
    <>
      {redirect.status === "failed" && (
        <p role="alert">The sign-in failed: {redirect.error.code}</p>
      )}
      <button onClick={auth.login}>Sign in</button>
    </>
  );
}

function Building({ flow }: { flow: string }) {
  const auth = useAuth();
  const [asking] = useState(async (): Promise<Room[]> => {
    const response = await auth.fetch("/api/engine/v2/systems");
    return response.json();
  });
  return (
    <>
      <p>{flow}</p>
      <Suspense fallback={<p>Loading rooms</p>}>
        <Rooms asking={asking} />
      </Suspense>
      <button onClick={auth.logout}>Sign out</button>
    </>
  );
}

function Rooms({ asking }: { asking: Promise<Room[]> }) {
  const rooms = use(asking);
  return (
    <ul>
      {rooms.map(({ id, display_name }) => (
        <li key={id}>{display_name}</li>
      ))}
    </ul>
  );
}

interface Room {
  id: string;
  display_name: string;
}
