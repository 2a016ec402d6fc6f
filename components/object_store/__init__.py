"""Object stores, one implementation for each kind of site."""

from typing import assert_never, overload

from pulumi import ResourceOptions

from components.object_store.aws import S3Store, S3StoreArgs
from components.object_store.azure import BlobStore, BlobStoreArgs
from components.object_store.base import ObjectStore
from components.object_store.onprem import CephStore, CephStoreArgs
from components.object_store.spec import ObjectStoreSpec

ObjectStoreArgs = S3StoreArgs | BlobStoreArgs | CephStoreArgs


@overload
def object_store(name: str, args: S3StoreArgs, opts: ResourceOptions | None = None) -> S3Store: ...
@overload
def object_store(name: str, args: BlobStoreArgs, opts: ResourceOptions | None = None) -> BlobStore: ...
@overload
def object_store(name: str, args: CephStoreArgs, opts: ResourceOptions | None = None) -> CephStore: ...
def object_store(name: str, args: ObjectStoreArgs, opts: ResourceOptions | None = None) -> ObjectStore:
    """Build the store that ``args`` describes; the type of ``args`` is the choice of provider."""
    match args:
        case S3StoreArgs():
            return S3Store(name, args, opts)
        case BlobStoreArgs():
            return BlobStore(name, args, opts)
        case CephStoreArgs():
            return CephStore(name, args, opts)
        case _:
            assert_never(args)


__all__ = [
    "BlobStore",
    "BlobStoreArgs",
    "CephStore",
    "CephStoreArgs",
    "ObjectStore",
    "ObjectStoreArgs",
    "ObjectStoreSpec",
    "S3Store",
    "S3StoreArgs",
    "object_store",
]
