import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Caps } from "../commands/Caps";
import { KEYS } from "../commands/keys";

/** Every key of the page, by where it works. */
export function KeySheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("keys.title")}
      closeButtonProps={{ "aria-label": t("common.close") }}
      size="xl"
      centered
    >
      <div className="key-sheet">
        {Object.entries(KEYS).map(([place, keys]) => (
          <section key={place} aria-label={t(`keys.${place}.title` as never)}>
            <h3>{t(`keys.${place}.title` as never)}</h3>
            <dl>
              {Object.entries(keys)
                .filter(([, caps]) => caps.length > 0)
                .map(([what, caps]) => (
                  <div key={what}>
                    <dt>{t(`keys.${place}.${what}` as never)}</dt>
                    <dd>
                      <Caps keys={caps} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
