export function SketchPage() {
  return <h1>Sketch</h1>;
}
