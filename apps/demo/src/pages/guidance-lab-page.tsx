export function GuidanceLabPage() {
  return <h1>Guidance lab</h1>;
}
