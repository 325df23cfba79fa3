import { ColumnDefinitionNode, PostgresQueryCompiler } from 'kysely';
import type { DataTypeNode } from 'kysely';

/**
 * Text columns compare and sort by their bytes, whatever the collation of the database: MessageIds are told apart by
 * case, and no index depends on a version of the system's library.
 */
class ByteOrderCompiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node);
    const column = this.parentNode !== undefined && ColumnDefinitionNode.is(this.parentNode);
    if (column && node.dataType === 'text') this.append(' collate "C"');
  }
}

/** PostgreSQL's SQL, with text in byte order. */
export function createCompiler(): PostgresQueryCompiler {
  return new ByteOrderCompiler();
}
