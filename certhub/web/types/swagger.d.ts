// What static/docs.js needs of Swagger UI, which is vendored without types.

interface SwaggerOptions {
  url: string;
  dom_id: string;
  deepLinking: boolean;
  validatorUrl: string | null;
  tryItOutEnabled: boolean;
  persistAuthorization: boolean;
  presets: readonly object[];
}

declare const SwaggerUIBundle: {
  (options: SwaggerOptions): object;
  presets: { apis: object };
};

interface Window {
  ui: object;
}
