"""The Generate tab's component: new digits, and one of them taken further."""
