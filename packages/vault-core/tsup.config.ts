import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.shared.ts'

export default defineConfig(
  packageBuild({
    index: 'src/index.ts',
    store: 'src/storage/index.ts',
    aes: 'src/crypto/aes.ts',
    audit: 'src/audit/index.ts',
    webhooks: 'src/webhooks/index.ts',
    'refresh-worker': 'src/refresh-worker/index.ts',
    mcp: 'src/mcp/index.ts',
    'aws-kms': 'src/crypto/keyrings/aws-kms.ts',
    'google-cloud-kms': 'src/crypto/keyrings/google-cloud-kms.ts',
    'vault-transit': 'src/crypto/keyrings/vault-transit.ts',
  }),
)
