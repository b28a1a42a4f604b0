import { type ApiObject, ApiObjectMetadataDefinition, type OwnerReference } from 'cdk8s';

/**
 * Metadata that knows whether there is anything in it but the name. cdk8s takes 11 µs to read it out, a third of all that
 * an object costs, and nobody adds to most.
 */
export class AddedMetadata extends ApiObjectMetadataDefinition {
  private added: boolean;

  /** With the namespace and the labels of its chart. */
  constructor(object: ApiObject) {
    const { namespace, labels } = object.chart;
    super({ name: object.name, ...(namespace === undefined ? {} : { namespace }), labels, apiObject: object });
    this.added = namespace !== undefined || Object.keys(labels).length > 0;
  }

  /** False where only the name is there. */
  get isAny(): boolean {
    return this.added;
  }

  override addLabel(key: string, value: string): void {
    this.added = true;
    super.addLabel(key, value);
  }

  override addAnnotation(key: string, value: string): void {
    this.added = true;
    super.addAnnotation(key, value);
  }

  override addFinalizers(...finalizers: string[]): void {
    this.added = true;
    super.addFinalizers(...finalizers);
  }

  override addOwnerReference(owner: OwnerReference): void {
    this.added = true;
    super.addOwnerReference(owner);
  }

  override add(key: string, value: unknown): void {
    this.added = true;
    super.add(key, value);
  }
}
