export function InpaintPage() {
  return <h1>Inpaint</h1>;
}
