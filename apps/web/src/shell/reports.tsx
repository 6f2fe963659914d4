import { isChatError } from "@chatnest/client";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";
import { IconButton } from "../ui/button.tsx";
import css from "./reports.module.css";

const Report = createContext<(error: unknown) => void>(() => {});

/** Returns the function that tells the user of something that did not work. It is always the same one. */
export function useReport(): (error: unknown) => void {
  return useContext(Report);
}

/** Shows what was reported last, for a while. */
export function Reports({ children }: { children: ReactNode }) {
  const [text, setText] = useState("");
  const report = useCallback((error: unknown) => {
    if (!isChatError(error)) throw error;
    if (error.code !== "aborted") setText(error.message);
  }, []);
  useEffect(() => {
    if (text === "") return;
    const timer = setTimeout(() => setText(""), 12_000);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <Report value={report}>
      {children}
      <div role="alert" className={css.place}>
        {text !== "" && (
          <div className={css.report}>
            <p>{text}</p>
            <IconButton icon="close" label="Dismiss" isSmall onClick={() => setText("")} />
          </div>
        )}
      </div>
    </Report>
  );
}
