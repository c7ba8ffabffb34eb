declare module '@jsonresume/schema' {
  type Problem = { property: string; message: string };
  const schema: {
    validate(resume: unknown, callback: (problems: Problem[] | null, valid: boolean) => void): void;
  };
  export default schema;
}
