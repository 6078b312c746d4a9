import { useEffect, useState, useSyncExternalStore } from "react";
import { Button } from "react-aria-components";
import { type GalleryEntry, gallery } from "./gallery-store.ts";

/** What was made in this browser before. */
export function Gallery({ onUse }: { readonly onUse: (entry: GalleryEntry) => void }) {
  const entries = useSyncExternalStore(gallery.subscribe, gallery.getSnapshot);
  if (entries.length === 0) return null;
  return (
    <section className="card" aria-labelledby="gallery">
      <div className="row heading">
        <h2 id="gallery">Made here</h2>
        <Button className="secondary" onPress={() => void gallery.clear()}>
          Forget all
        </Button>
      </div>
      <ul className="images plain">
        {entries.map((entry) => (
          <li key={entry.id}>
            <GalleryImage entry={entry} onUse={onUse} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function GalleryImage({
  entry,
  onUse,
}: {
  readonly entry: GalleryEntry;
  readonly onUse: (entry: GalleryEntry) => void;
}) {
  const address = useObjectAddress(entry.file);
  const name = `${entry.prompt || "without a prompt"}, seed ${entry.seed}`;
  return (
    <figure>
      {address && <img className="image" src={address} alt={name} loading="lazy" />}
      <figcaption dir="auto">{entry.prompt || "without a prompt"}</figcaption>
      <div className="row">
        <Button
          className="secondary"
          onPress={() => onUse(entry)}
          aria-label={`Use again: ${name}`}
        >
          Use again
        </Button>
        <Button
          className="secondary"
          onPress={() => void gallery.remove(entry.id)}
          aria-label={`Remove ${name}`}
        >
          ✕
        </Button>
      </div>
    </figure>
  );
}

/** An address for a Blob, for as long as it is shown. */
function useObjectAddress(blob: Blob): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return address;
}
