"""The second factor: a code from a telephone (TOTP, RFC 6238) or one of ten recovery codes; django-otp keeps them."""
