package io.pandion.server.wronghouse.meta;

/// Names that say nothing.
class EmptyNames {
  interface StoreManager {}

  interface StoreHelper {}

  interface StoreUtil {}

  interface StoreUtils {}

  interface StoreImpl {}

  interface StoreProcessor {}

  interface AbstractStore {}

  interface BaseStore {}
}
