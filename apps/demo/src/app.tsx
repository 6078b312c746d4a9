import { type ComponentType, lazy, Suspense } from "react";
import { Link, Route, Router, Switch } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { PageBoundary } from "./components/page-boundary.tsx";

interface Page {
  readonly path: string;
  readonly name: string;
  readonly component: ComponentType;
}

const pages: readonly Page[] = [
  {
    path: "/",
    name: "Create",
    component: lazy(async () => ({
      default: (await import("./pages/create-page.tsx")).CreatePage,
    })),
  },
  {
    path: "/guidance",
    name: "Guidance lab",
    component: lazy(async () => ({
      default: (await import("./pages/guidance-lab-page.tsx")).GuidanceLabPage,
    })),
  },
  {
    path: "/inpaint",
    name: "Inpaint",
    component: lazy(async () => ({
      default: (await import("./pages/inpaint-page.tsx")).InpaintPage,
    })),
  },
  {
    path: "/sketch",
    name: "Sketch",
    component: lazy(async () => ({
      default: (await import("./pages/sketch-page.tsx")).SketchPage,
    })),
  },
  {
    path: "/interpolate",
    name: "Interpolate",
    component: lazy(async () => ({
      default: (await import("./pages/interpolate-page.tsx")).InterpolatePage,
    })),
  },
  {
    path: "/engine",
    name: "Engine",
    component: lazy(async () => ({
      default: (await import("./pages/engine-page.tsx")).EnginePage,
    })),
  },
];

/** The demo: a page for each of the paper's parts. */
export function App() {
  return (
    <Router hook={useHashLocation}>
      <header className="top">
        <a className="brand" href="#/">
          <img src="./icon.svg" alt="" width={28} height={28} /> Glissade
        </a>
        <nav aria-label="Pages">
          {pages.map(({ path, name }) => (
            <Link key={path} href={path} className={(isActive) => (isActive ? "active" : "")}>
              {name}
            </Link>
          ))}
        </nav>
      </header>
      <main id="main">
        <PageBoundary>
          <Suspense fallback={<p role="status">One moment …</p>}>
            <Switch>
              {pages.map(({ path, component }) => (
                <Route key={path} path={path} component={component} />
              ))}
              <Route>
                <h1>There is no such page</h1>
                <p>
                  Begin at <a href="#/">Create</a>.
                </p>
              </Route>
            </Switch>
          </Suspense>
        </PageBoundary>
      </main>
      <footer>
        <p>Images are made in this browser; nothing is sent anywhere.</p>
      </footer>
    </Router>
  );
}
