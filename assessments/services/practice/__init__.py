"""Practice: what a learner does alone and unseen - scenarios, recall, and the calibration of observers.

Here an attempt is played and scored, and Try opens. Nothing here judges a person: no service of another hall reads
attempts, and what others see of them is the day on which Try opened.
"""
