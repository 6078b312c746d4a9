export function InterpolatePage() {
  return <h1>Interpolate</h1>;
}
